export async function handler() {
  const hoard = []
  for (;;) hoard.push(Array.from({ length: 1_000 }, (_, index) => ({ index })))
}
