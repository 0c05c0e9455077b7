import { render } from 'preact';
import { ChatPage } from './view/chat-page.js';

const page = document.querySelector('#page');
if (page !== null) render(<ChatPage />, page);
