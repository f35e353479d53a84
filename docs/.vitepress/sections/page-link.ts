/** A page in the sidebar. */
export interface PageLink {
  readonly text: string
  /** Its address below the site, such as `/quick-start/express`. */
  readonly link: string
}
