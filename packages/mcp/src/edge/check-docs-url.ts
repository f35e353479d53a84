import { InvalidOptions } from '@keywright/core'

/** @throws {@link InvalidOptions} when the page that answers name is no URL. */
export function checkDocsUrl(docsUrl: string | undefined): void {
  if (docsUrl !== undefined && !URL.canParse(docsUrl)) throw new InvalidOptions('docsUrl', 'a URL')
}
