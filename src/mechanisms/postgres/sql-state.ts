/** The SQLSTATE of what a server refused; of what Node says of a socket its code, and empty where there is none. */
export const sqlStateOf = (error: unknown): string => (error as { code?: string } | undefined)?.code ?? '';
