/** Calls one of several listeners: what it throws is thrown later, when the others have been told too. */
export function callApart(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    process.nextTick(() => {
      throw error
    })
  }
}
