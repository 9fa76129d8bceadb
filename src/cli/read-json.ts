import { readFile } from 'node:fs/promises'
import { CommandError } from './command-error.js'

/** The content of a JSON file. @throws {CommandError} that names the file, and the line where it is no JSON */
export async function readJson(path: string): Promise<unknown> {
  // So that what ends too early ends in its last line.
  const text = (await readText(path)).trimEnd()
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as SyntaxError
    throw new CommandError(`${path}, line ${brokenLine(text, message)}: ${message.replace(/\s+/g, ' ')}.`, 1)
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new CommandError(
      code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${message}.`,
      1,
    )
  }
}

/** Where the parser names no position: whole lines of sound JSON lack nothing but their end. */
function brokenLine(text: string, message: string): number {
  const position = / at position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return text.slice(0, Number(position)).split('\n').length
  const lines = text.split('\n')
  const first = lines.findIndex((_, index) => hasWrongToken(lines.slice(0, index + 1).join('\n')))
  return first < 0 ? lines.length : first + 1
}

function hasWrongToken(part: string): boolean {
  try {
    JSON.parse(part)
    return false
  } catch (error) {
    return (error as SyntaxError).message.startsWith('Unexpected token')
  }
}
