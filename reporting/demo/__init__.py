"""The demonstration: notice 432 of 2014, its bureaus, and what they did until a chosen stage."""
