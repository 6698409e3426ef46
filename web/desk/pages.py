"""All pages of the desk."""

from web.desk import insights, leads, live, people, routes, talks, teaching

ROUTERS = (
    leads.router,
    talks.router,
    teaching.router,
    insights.router,
    people.router,
    people.owners,
    live.router,
    routes.router,
)
"""In the order in which they are asked."""
