import { InvalidSettingError } from '../core/settings.js'

/** A target group, read from its ARN. */
export interface TargetGroup {
  readonly arn: string
  readonly partition: string
  readonly region: string
  readonly account: string
  readonly name: string
  readonly id: string
}

const FORM =
  /^arn:(?<partition>aws[a-z-]*):elasticloadbalancing:(?<region>[a-z0-9-]+):(?<account>\d{12}):targetgroup\/(?<name>[a-zA-Z0-9-]{1,32})\/(?<id>[a-zA-Z0-9]{1,32})$/

const ALLOWED =
  "the ARN of a target group, such as 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/73e2d6bc24d8a067'"

/** @throws {InvalidSettingError} where it is not the ARN of a target group */
export function parseTargetGroup(given: unknown, path: string): TargetGroup {
  const match = typeof given === 'string' ? FORM.exec(given) : null
  if (!match) throw new InvalidSettingError(path, given, ALLOWED)
  const { partition = '', region = '', account = '', name = '', id = '' } = match.groups ?? {}
  return { arn: match[0], partition, region, account, name, id }
}
