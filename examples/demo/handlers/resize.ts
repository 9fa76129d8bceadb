let images = 0

/** Does not live long: its process exits in the middle of its second image. */
export async function handler(event: { id: string; image: string }): Promise<{ thumbnail: string }> {
  images++
  if (images === 2) process.exit(1)
  return { thumbnail: event.image.replace('.png', '.thumb.png') }
}
