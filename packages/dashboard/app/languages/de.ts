import { languages } from '../strings/languages.js'
import { german } from './german.js'

// To import this module is to have the language: before the element is in the page, as a script of its own.
languages().set('de', german)
