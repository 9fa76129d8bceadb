/** Percent-encoded UTF-8, one character at a time. */
const CHARACTER =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}/gi

/** A text without its percent-encodings; what is none, or not of UTF-8, stays as it was sent. */
export function percentDecoded(text: string): string {
  return text.replace(CHARACTER, decodedCharacter)
}

function decodedCharacter(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    // Bytes in the shape of UTF-8 that stand for no character, such as half of a surrogate pair.
    return encoded
  }
}
