one
<two>
three
