import { render } from 'preact';
import { OpenChatPage } from './open-chat-page.js';

const page = document.querySelector('#page');
if (page !== null) render(<OpenChatPage />, page);
