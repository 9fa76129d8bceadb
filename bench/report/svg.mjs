/** Readable on light and on dark, with the fonts of whoever looks. */
const STYLE = `text { font: 12px system-ui, sans-serif; fill: #3b4250 }
.title { font-weight: 600 }
.end { text-anchor: end }
.middle { text-anchor: middle }
.grid { stroke: #3b4250; stroke-opacity: 0.18; fill: none }`
const DARK = `text { fill: #d5d9e0 }
.grid { stroke: #d5d9e0 }`

/** A drawing of its own; `style` and `dark` come on top of what all drawings have. */
export function drawing({ width, height, label, style = '', dark = '' }, parts) {
  const all = (...rules) => rules.filter((rule) => rule !== '').join('\n')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">
<style>
${all(STYLE, style)}
@media (prefers-color-scheme: dark) {
${all(DARK, dark)}
}
</style>
${parts.join('\n')}
</svg>
`
}
