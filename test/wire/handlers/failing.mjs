const anHour = () => new Promise((resolve) => setTimeout(resolve, 3_600_000))

export async function hangs() {
  await anHour()
}

export async function hoards() {
  const hoard = []
  for (;;) hoard.push(Array.from({ length: 1_000_000 }, () => 1.5))
}

export async function exits() {
  process.exit(1)
}

export async function rejects() {
  void Promise.reject(new RangeError('nobody handles this'))
  await anHour()
}

export async function neverSettles() {
  await new Promise(() => {})
}

export async function throws() {
  throw new RangeError('no such sku')
}
