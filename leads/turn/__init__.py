"""One turn, in parts: what was said is sorted (`listening`), answered (`answering`), and taken for the request "
"(`request`)."""
