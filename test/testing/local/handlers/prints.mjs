const { console } = globalThis

export async function handler(event, context) {
  console.log('hello %s', 'world', { a: 1 })
  console.error('oh')
  process.stdout.write('raw\n')
  return context.logStreamName
}
