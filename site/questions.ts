/** The questions at the end of each chapter, with what makes a good answer, taken from the texts. */

/** A question, as markdown. */
export interface Question {
  readonly question: string;
  /** What a good answer says; it begins with these words. */
  readonly answer: string;
}

/**
 * Reads the questions of a text: paragraphs under `## Questions`, each of which begins with the question in bold.
 * @param markdown the whole file
 * @returns in their order; a paragraph that begins otherwise belongs to the answer before it
 */
export function questionsIn(markdown: string): Question[] {
  const section = /^## Questions\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(markdown)?.[1] ?? '';
  const questions: Question[] = [];
  for (const paragraph of section.trim().split(/\n{2,}/)) {
    const asked = /^\*\*([\s\S]+?)\*\*\s*([\s\S]*)$/.exec(paragraph);
    const last = questions.at(-1);
    if (asked !== null) questions.push({ question: asked[1]!, answer: asked[2]! });
    else if (last !== undefined)
      questions[questions.length - 1] = { ...last, answer: `${last.answer}\n\n${paragraph}` };
  }
  return questions;
}
