export async function handler({ code }) {
  if (code !== undefined) {
    process.stdout.write('about to go\n')
    process.exit(code)
  }
  return 'stayed'
}
