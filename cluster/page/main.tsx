import { render } from 'preact';
import { ClusterPage } from './cluster-page.js';
import { follow } from './live.js';

const page = document.querySelector('#page');
if (page !== null) render(<ClusterPage live={follow()} />, page);
