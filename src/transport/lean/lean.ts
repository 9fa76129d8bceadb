import type { Outcome } from '../../core/outcome.js'
import type { ClientOf } from '../sdk.js'
import type { Transport } from '../transport.js'
import { AgentWire } from './agent-wire.js'
import { LeanAttempt, type LeanParts } from './attempt.js'
import type { LambdaService } from './service.js'
import { Signer } from './sigv4.js'
import { UndiciWire } from './undici-wire.js'
import type { Wire } from './wire.js'

/** A transport with connections of its own. */
export type LeanTransport = Transport & {
  /** Closes them; requests under way fail, later ones open new ones. */
  destroy(): void
}

/**
 * Sends as the SDK would, by the resolved configuration of its clients, but signs by itself and over connections of
 * its own. What was added to a client's middleware is not run.
 */
export function leanTransport(clientOf: ClientOf): LeanTransport {
  const wires = new Map<LambdaService, Wire>()
  const parts: LeanParts = {
    signer: new Signer(),
    clientOf,
    wireOf(service) {
      let wire = wires.get(service)
      if (!wire) wires.set(service, (wire = wireTo(service)))
      return wire
    },
  }
  const transport: Transport = (request, context) =>
    new Promise<Outcome<Uint8Array | undefined>>((resolve) => {
      const settle = resolve as (outcome: Outcome) => void
      new LeanAttempt(request, context, parts, settle).begin()
    })
  return Object.assign(transport, {
    destroy() {
      for (const wire of wires.values()) wire.destroy()
      wires.clear()
    },
  })
}

function wireTo({ endpoint, connection }: LambdaService): Wire {
  const { agent } = connection
  return agent ? new AgentWire(endpoint, connection, agent) : new UndiciWire(endpoint, connection)
}
