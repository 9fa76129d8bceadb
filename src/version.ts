/** The package's version, as it stands in the user agent. */
export const VERSION = '0.1.0'
