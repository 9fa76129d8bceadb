import { readFile } from 'node:fs/promises'
import { CommandError } from './command-error.js'

/** The content of a JSON file. @throws {CommandError} that names the file, and the line where it is no JSON */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path)
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as SyntaxError
    throw new CommandError(`${path}, line ${brokenLine(text)}: ${message.replace(/\s+/g, ' ')}.`, 1)
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

/** The parser tells a position only for some mistakes. But whole lines of sound JSON lack nothing except their end. */
function brokenLine(text: string): number {
  const lines = text.trimEnd().split('\n')
  const first = lines.findIndex((_, index) => isBroken(lines.slice(0, index + 1).join('\n')))
  return first < 0 ? lines.length : first + 1
}

function isBroken(part: string): boolean {
  try {
    JSON.parse(part)
    return false
  } catch (error) {
    const { message } = error as SyntaxError
    const position = / at position (\d+)/.exec(message)?.[1]
    return position === undefined ? !message.includes('end of JSON input') : Number(position) < part.length
  }
}
