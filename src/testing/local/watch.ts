/** Lets tests wait for a state instead of sleeping: conditions are asked again whenever something has changed. */
export class Watch {
  readonly #checks = new Set<() => void>()
  #stopped = false

  changed(): void {
    for (const check of this.#checks) check()
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const checks = this.#checks
      const hasStopped = (): boolean => this.#stopped
      function check(): void {
        try {
          const holds = condition()
          if (!holds && !hasStopped()) return
          checks.delete(check)
          if (holds) resolve()
          else reject(new Error('The local Lambda was stopped before the condition held.'))
        } catch (error) {
          checks.delete(check)
          reject(error)
        }
      }
      checks.add(check)
      check()
    })
  }

  stop(): void {
    this.#stopped = true
    this.changed()
  }
}
