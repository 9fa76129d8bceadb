import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'

const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

/** What reaches the server: for a client, and for an invoker that makes its own. */
export function reachOf(port) {
  return { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}`, credentials: CREDENTIALS }
}

/** A client as people make it. */
export function plainClient(port) {
  return new LambdaClient(reachOf(port))
}

/** `client.send` with JSON on both sides, as every caller does it. */
export function bareSend(client, name) {
  return async function send(payload, abortSignal) {
    const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload) })
    const { Payload } = await client.send(command, abortSignal && { abortSignal })
    return JSON.parse(Payload.transformToString())
  }
}
