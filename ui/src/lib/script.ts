// Which way a word is written. Told by a class and not by `dir="auto"`: that attribute is set again with each new value, and what
// bears it is laid out anew each time.

const RTL = /^\P{L}*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Whether its first letter is one of a script from right to left. */
export const fromRight = (words: string): boolean => RTL.test(words);
