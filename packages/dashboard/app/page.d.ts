/** A file of the built page. */
interface PageFile {
  /** With a digest of the text, so that it can be kept for ever. */
  readonly name: string
  readonly text: string
}

export declare const script: PageFile
export declare const style: PageFile
/** The strings of a language, as a script, by its tag. */
export declare const languages: Readonly<Record<string, PageFile>>
