"""Every operation of every service, asked by those who may not, and with rubbish."""
