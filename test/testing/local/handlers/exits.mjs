export async function handler({ code }) {
  if (code === undefined) return 'stayed'
  process.stdout.write('about to go\n')
  process.exit(code)
}
