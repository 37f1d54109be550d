import '@fontsource-variable/inter/index.css';
import './styles/scripts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/controls.css';
import './styles/alarm.css';
import './styles/table.css';
import './styles/plot.css';
import './styles/dialog.css';
import './styles/print.css';
import { mount } from 'svelte';
import App from './App.svelte';

const target = document.getElementById('app');
if (target) mount(App, { target });
