/** German for the element. Import it before `@keywright/dashboard/element`. */
export {}
