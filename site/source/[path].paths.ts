/** One page for each source file that the site shows whole. */
import { languageOf } from '../links.ts';
import { root } from '../root.ts';
import { sourceFiles } from '../sources.ts';

export default {
  paths: () =>
    sourceFiles(root).map(({ file, imports, readIn }) => ({
      params: { path: file, imports, readIn },
      content: `# \`${file}\`\n\n<SourceHead />\n\n<<< @/${file}{${languageOf(file)}:line-numbers}\n`,
    })),
};
