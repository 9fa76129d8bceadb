// Lets a load balancer invoke a function; needs an AWS account, so it is compiled and not run.
// #region permission
import { explainAlbAccess, grantAlb, revokeAlb } from 'resilient-lambda/http'

const access = {
  function: 'shop',
  qualifier: 'live',
  targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/73e2d6bc24d8a067',
}

const { added } = await grantAlb(access) // the second time there is nothing to add
const { allowed, why, missing } = await explainAlbAccess(access)
const { removed } = await revokeAlb(access)
// #endregion permission
console.log({ added, allowed, why, missing, removed })
