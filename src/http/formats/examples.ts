// Of whom AWS's own examples speak.
export const EXAMPLE_ACCOUNT = '123456789012'
export const EXAMPLE_REGION = 'us-east-1'

export const EXAMPLE_API = 'a1b2c3d4e5'
export const EXAMPLE_FUNCTION_URL = 'abcdefghijklmnopqrstuvwxyz012345'
export const EXAMPLE_TARGET_GROUP = `arn:aws:elasticloadbalancing:${EXAMPLE_REGION}:${EXAMPLE_ACCOUNT}:targetgroup/example/0123456789abcdef`
