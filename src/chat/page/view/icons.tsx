export const PeopleIcon = () => (
  <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
    <circle cx="7.5" cy="6.5" r="3" />
    <path d="M2 16.5c0-3 2.4-4.8 5.5-4.800s5.5 1.800 5.5 4.800" />
    <path d="M13 3.900a3 3 0 0 1 0 5.200M14.8 12c2 .6 3.200 2.200 3.200 4.5" />
  </svg>
);
