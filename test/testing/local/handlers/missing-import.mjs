import './there-is-no-such-file.mjs'

export const handler = async () => 'loaded'
