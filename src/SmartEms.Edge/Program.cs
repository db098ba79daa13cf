Console.WriteLine("smartems");
