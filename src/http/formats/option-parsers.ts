import { mapOf, text, textLike } from '../../core/settings.js'

export const accountId = textLike(/^\d{12}$/, "the 12 digits of an account, such as '123456789012'")

export const region = textLike(/^[a-z]{2}(?:-[a-z]+)+-\d$/, "a region, such as 'eu-central-1'")

/** The first label of a host name. */
export const hostLabel = textLike(
  /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/,
  'an id of small letters, digits and dashes, as it stands in the host name',
)

export const stageVariables = mapOf(text)
