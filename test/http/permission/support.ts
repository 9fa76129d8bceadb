import type { AlbPermissionError } from '../../../src/http/permission/error.js'

/** What a promise is rejected with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<AlbPermissionError> {
  try {
    await promise
  } catch (error) {
    return error as AlbPermissionError
  }
  throw new Error('It was fulfilled.')
}
