/** The theme: VitePress's own with this workshop's look, its start page, chapter heads and source pages. */
import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import Agenda from './Agenda.vue';
import Calls from './Calls.vue';
import ChapterHead from './ChapterHead.vue';
import Charts from './Charts.vue';
import Difference from './Difference.vue';
import ExerciseList from './ExerciseList.vue';
import Ladder from './Ladder.vue';
import Layout from './Layout.vue';
import Lessons from './Lessons.vue';
import Replay from './Replay.vue';
import RequestPath from './RequestPath.vue';
import SourceHead from './SourceHead.vue';
import StartHead from './StartHead.vue';
import './style.css';
import './print.css';

const theme: Theme = {
  extends: DefaultTheme,
  Layout,
  enhanceApp: ({ app }) => {
    app.component('Agenda', Agenda);
    app.component('Calls', Calls);
    app.component('ChapterHead', ChapterHead);
    app.component('Charts', Charts);
    app.component('Difference', Difference);
    app.component('ExerciseList', ExerciseList);
    app.component('Ladder', Ladder);
    app.component('Lessons', Lessons);
    app.component('Replay', Replay);
    app.component('RequestPath', RequestPath);
    app.component('SourceHead', SourceHead);
    app.component('StartHead', StartHead);
  },
};

export default theme;
