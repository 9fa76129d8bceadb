/** What `--help` prints. */
export const USAGE = {
  all: `Calls AWS Lambda functions as a load balancer does, and explains failures.

  resilient-lambda serve [FILE]      starts a local load balancer for development
  resilient-lambda explain [NAME]    says what a failure's code or a reason of the log means

  --help       this text, or that of a command
  --version    the version of the package

Exit codes: 0 done, 1 failed, 2 wrong usage.
`,
  serve: `Starts a local load balancer for development, with an access log.

  resilient-lambda serve gateway.json                 several functions, as the file says
  resilient-lambda serve --module hello.mjs           a handler on this machine, without an AWS account
  resilient-lambda serve --function orders            a function in AWS, with the environment's credentials

With a file and without:
  --port NUMBER             8080 unless told otherwise; 0 for any that is free
  --host ADDRESS            127.0.0.1 unless told otherwise
  --log FORMAT              text, or json for an object on each line; text unless told otherwise
  --verbose                 also prints each function's settings at the start, and the end of its log after each
                            call: of functions in AWS too, and with Lambda's own lines

Instead of a file, for one function:
  --function NAME           a name or an ARN; that of the module unless told otherwise
  --module FILE             runs this module on this machine; its log and stack traces go to stderr
  --export NAME             the module's handler; handler unless told otherwise
  --timeout TIME            the function's own time limit on this machine; 3s unless told otherwise
  --format FORMAT           alb, api-gateway-v1, api-gateway-v2 or function-url; alb unless told otherwise
  --multi-value-headers     headers and query come as lists, as the target group says (alb)
  --target-group-arn ARN    which target group the events name (alb)
  --health-check PATH       checks the function with this path every 5s; after two checks in a row that fail it
                            is sent nothing until one passes
  --idempotent              repeats any request, also a POST
  --deadline TIME           the longest an answer may take, such as 10s; 60s unless told otherwise
  --region REGION           such as eu-west-1; from the environment or the ARN unless told otherwise
  --endpoint URL            another endpoint than Lambda's own

The first Ctrl-C takes no more requests and lets those in flight finish, the second one ends at once.
`,
  explain: `Says what a failure's code means and what follows from it, or what leads to a reason of the log.

  resilient-lambda explain                    lists all codes
  resilient-lambda explain CircuitOpen        explains one
  resilient-lambda explain LambdaThrottling   lists the codes that lead to a reason, by the status of the answer

  means      what has happened
  advice     what to do about it
  ran        whether the function has run: no, yes, or maybe where nobody can tell
  retry      whether the same request can succeed: soon, after a longer wait (later), or never
  breaker    whether it speaks against the function's health: failure, or ignore
  answer     the status and the reason that serve answers with

Upper and lower case are the same.
`,
} as const
