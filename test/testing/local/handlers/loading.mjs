process.stdout.write('loading\n')
const mode = process.env.MODE
if (mode === 'throws') throw new RangeError('cannot start')
if (mode === 'exits') process.exit(3)
if (mode === 'hangs') await new Promise((resolve) => setTimeout(resolve, 60_000))

export const handler = async () => 'loaded'
