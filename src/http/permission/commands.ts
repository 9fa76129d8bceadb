import type { AlbPermission } from './settings.js'
import { INVOKE, LOAD_BALANCER } from './statement.js'

/** What to type instead. */
export interface AlbCommands {
  /** Adds the statement that lets the target group in, as `grantAlb` does. */
  readonly addPermission: string
  /** Makes the function the target group's target; Elastic Load Balancing wants the permission to be there first. */
  readonly registerTargets: string
}

/** The AWS CLI's commands, which a shell takes as they are. */
export function commandsFor({ resource, statementId, targetGroup }: AlbPermission): AlbCommands {
  const { arn, account, region } = targetGroup
  const target = resource.includes('$') ? `'${resource}'` : resource
  return {
    addPermission:
      `aws lambda add-permission --function-name ${target} --statement-id ${statementId} ` +
      `--principal ${LOAD_BALANCER} --action ${INVOKE} --source-arn ${arn} ` +
      `--source-account ${account} --region ${region}`,
    registerTargets: `aws elbv2 register-targets --target-group-arn ${arn} --targets Id=${target} --region ${region}`,
  }
}
