export { handler } from './there-is-no-such-file.mjs'
