/** What a script of the benches exports: plain JavaScript, which runs without a build, so its types stand in the tests. */
export async function load<T extends object>(file: string): Promise<T> {
  return (await import(new URL(`../../bench/${file}`, import.meta.url).href)) as T
}
