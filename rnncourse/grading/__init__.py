"""Points for what learners hand in, and what is made of them."""
