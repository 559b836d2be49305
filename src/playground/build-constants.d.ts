/** What build.mjs puts in the place of these names. */

/** The texts of stories/*.graphql by file name. */
declare const STORIES: Record<string, string>;

/** The files of monaco's workers, as paths from main.js. */
declare const WORKERS: { editor: string; json: string; graphql: string };

declare module '*.css';
declare module '*.svg' {
  const url: string;
  export default url;
}
