"""The Streamlit page; it talks to the search API and to nothing below it."""
