import { textLike } from '../../core/settings.js'

/** The parameters that a template finds in a path; undefined when it has none, or does not fit. */
type PathTemplate = (path: string) => Record<string, string> | undefined

const TEMPLATE = String.raw`(?=\/)(?:\/[^/{}\s]+|\/\{[\w.-]+\})*(?:\/|\/\{[\w.-]+\+\})?`

/** A resource of a REST API, such as `/orders/{id}` or `/{proxy+}`. */
export const resourcePath = textLike(
  new RegExp(`^${TEMPLATE}$`),
  "a path such as '/', '/orders/{id}' or '/{proxy+}'",
)

/** A route of an HTTP API, such as `GET /orders/{id}`. */
export const routeKey = textLike(
  new RegExp(String.raw`^(?:\$default|[A-Z]+ ${TEMPLATE})$`),
  "'$default', or a method and a path, such as 'GET /orders/{id}'",
)

/** Takes a path apart as a template says. */
export function pathTemplate(template: string): PathTemplate {
  const names: string[] = []
  const pattern = template.split(/\{([^}]+)\}/).map((part, index) => {
    // Between what stands in braces, at every odd index, is plain text.
    if (index % 2 === 0) return part.replace(/[\\^$.*+?()[\]|]/g, String.raw`\$&`)
    names.push(part.replace(/\+$/, ''))
    return part.endsWith('+') ? '(.+?)' : '([^/]+)'
  })
  // A slash at the end is no part of the last parameter.
  const whole = new RegExp(`^${pattern.join('')}/?$`, 's')
  return function parametersOf(path) {
    const found = names.length > 0 ? whole.exec(path) : null
    return found ? Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ''])) : undefined
  }
}
