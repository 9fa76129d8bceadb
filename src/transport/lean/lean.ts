import type { Outcome } from '../../core/outcome.js'
import type { ClientOf } from '../sdk.js'
import type { Transport } from '../transport.js'
import { AgentWire } from '../wire/agent-wire.js'
import { LeanAttempt, type Lane, type LeanParts } from './attempt.js'
import { Pool } from '../wire/pool.js'
import { serviceOf, type LambdaService } from './service.js'
import { Signer } from './sigv4.js'
import type { Wire } from '../wire/wire.js'

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
  const lanes = new WeakMap<LambdaService, Lane>()
  // Clients may come and go. A wire with a connection is held by it, so one that is collected has none to close.
  const wires = new Set<WeakRef<Wire>>()
  const parts: LeanParts = {
    signer: new Signer(),
    clientOf,
    laneOf(client, region) {
      const service = serviceOf(client, region)
      return service instanceof Promise ? service.then(laneTo) : laneTo(service)
    },
  }

  function laneTo(service: LambdaService): Lane {
    const known = lanes.get(service)
    if (known) return known
    const { endpoint, connection } = service
    const { agent } = connection
    return keep({
      service,
      wire: agent ? new AgentWire(endpoint, connection, agent) : new Pool(endpoint, connection),
    })
  }

  function keep(lane: Lane): Lane {
    lanes.set(lane.service, lane)
    for (const wire of wires) if (!wire.deref()) wires.delete(wire)
    wires.add(new WeakRef(lane.wire))
    return lane
  }

  const transport: Transport = (request, context) =>
    new Promise<Outcome<Uint8Array | undefined>>((resolve) => {
      new LeanAttempt(request, context, parts, resolve as (outcome: Outcome) => void).begin()
    })
  return Object.assign(transport, {
    destroy() {
      for (const wire of wires) wire.deref()?.destroy()
    },
  })
}
