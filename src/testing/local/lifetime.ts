/** Thrown out of a wait that the end of the server has cut short. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
  override readonly message = 'The local Lambda was stopped.'
}

export interface Timer {
  readonly done: Promise<'elapsed' | 'stopped'>
  cancel(): void
}

/** Owns every timer of the server, so that none outlives it. */
export class Lifetime {
  readonly #active = new Map<NodeJS.Timeout, () => void>()
  #over = false

  /** @throws Stopped once the server has ended. */
  assertOngoing(): void {
    if (this.#over) throw new Stopped()
  }

  timer(ms: number): Timer {
    if (this.#over) return { done: Promise.resolve('stopped'), cancel: () => {} }
    const active = this.#active
    let timeout: NodeJS.Timeout | undefined
    const done = new Promise<'elapsed' | 'stopped'>((resolve) => {
      timeout = setTimeout(elapse, ms)
      active.set(timeout, () => resolve('stopped'))
      function elapse(): void {
        cancel()
        resolve('elapsed')
      }
    })
    function cancel(): void {
      clearTimeout(timeout)
      if (timeout) active.delete(timeout)
    }
    return { done, cancel }
  }

  async sleep(ms: number): Promise<void> {
    if (ms > 0 && (await this.timer(ms).done) === 'stopped') throw new Stopped()
  }

  end(): void {
    this.#over = true
    for (const [timeout, stop] of this.#active) {
      clearTimeout(timeout)
      stop()
    }
    this.#active.clear()
  }
}
